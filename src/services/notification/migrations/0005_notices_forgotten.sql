-- Notices are kept for NOTIFICATION_RETENTION. Rows come in the order of their time, so an index of a few pages finds the old ones,
-- and costs an order next to nothing. On a large table it takes as long as reading it once, and notices wait.
create index notifications_created on notifications using brin (created_at);
grant delete on notifications to :role;
