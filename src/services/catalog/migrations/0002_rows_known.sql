select know_rows('products', 'variants', 'stock', 'categories', 'listings');
