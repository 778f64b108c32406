select know_rows('balances', 'journals', 'debit_refunds');
