-- One order at a time, as an application writes it that takes care and no further thought: seven commits, five of them
-- with an event beside the change, stock rows updated in the order of their SKU so that no two orders deadlock.
\set buyer random(1, 100000)
\set first random(1, 10000)
\set second random(1, 10000)

-- 1. the draft
begin;
insert into orders (user_id, idempotency_key, total, details) values (:buyer, gen_random_uuid()::text, 1000, '{"address":"x"}') returning id as order_id \gset
insert into order_lines (order_id, line, sku, quantity, unit_price) values (:order_id::uuid, 1, :first, 1, 500), (:order_id::uuid, 2, :second, 1, 500);
insert into events (type, order_id, data) values ('order-created', :order_id::uuid, '{"a":1}');
commit;

-- 2. the goods are held
begin;
update stock set reserved = reserved + 1 where sku = least(:first::integer, :second::integer) and on_hand - reserved >= 1;
update stock set reserved = reserved + 1 where sku = greatest(:first::integer, :second::integer) and on_hand - reserved >= 1;
insert into reservations (order_id, sku, quantity, expires_at) values (:order_id::uuid, :first, 1, now()), (:order_id::uuid, :second, 1, now()) on conflict do nothing;
insert into events (type, order_id, data) values ('stock-reserved', :order_id::uuid, '{"a":1}');
commit;

-- 3. the order may be paid
update orders set status = 1, updated_at = now() where id = :order_id::uuid;

-- 4. it is paid: the payment and its balanced journal
begin;
insert into payments (order_id, amount, status, method) values (:order_id::uuid, 1000, 1, 'balance') returning id as payment_id \gset
insert into journal_lines (payment_id, account, amount) values (:payment_id::uuid, :buyer, -1000), (:payment_id::uuid, 0, 1000);
insert into events (type, order_id, data) values ('payment-success', :order_id::uuid, '{"a":1}');
commit;

-- 5. the order knows
begin;
update orders set status = 2, updated_at = now() where id = :order_id::uuid;
insert into events (type, order_id, data) values ('order-paid', :order_id::uuid, '{"a":1}');
commit;

-- 6. the goods are sold
begin;
update stock set reserved = reserved - 1, on_hand = on_hand - 1 where sku = least(:first::integer, :second::integer);
update stock set reserved = reserved - 1, on_hand = on_hand - 1 where sku = greatest(:first::integer, :second::integer);
update reservations set status = 1 where order_id = :order_id::uuid;
insert into events (type, order_id, data) values ('stock-reduced', :order_id::uuid, '{"a":1}');
commit;

-- 7. confirmed
update orders set status = 3, updated_at = now() where id = :order_id::uuid;
