select know_rows('users', 'sessions', 'refresh_tokens', 'login_attempts', 'signing_keys');
