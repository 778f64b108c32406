-- An order's case file shows what a bill and our books do not agree about.
create index differences_of_order on differences (order_id) where order_id is not null;
