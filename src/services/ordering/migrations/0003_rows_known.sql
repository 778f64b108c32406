select know_rows('orders', 'refunds');
