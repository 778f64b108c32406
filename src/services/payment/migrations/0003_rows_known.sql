select know_rows('payments', 'attempts', 'refunds');
