select know_rows('recipients', 'notifications', 'mail_policy');
