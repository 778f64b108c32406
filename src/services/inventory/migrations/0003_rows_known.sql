select know_rows('reservations', 'stock', 'receipts');
