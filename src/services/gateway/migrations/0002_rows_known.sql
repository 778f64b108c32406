select know_rows('audits');
