-- What providers told is kept for CALLBACK_RETENTION. Rows come in the order of their time, so an index of a few pages finds the old
-- ones, and costs a callback next to nothing. On a large table it takes as long as reading it once, and callbacks wait.
create index callbacks_received on callbacks using brin (received_at);
grant delete on callbacks to :role;
