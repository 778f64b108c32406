-- An order is updated three times within a second or two. Now that no column that changes is indexed, and a page keeps room for
-- a second version of all its rows, each update stays on its page and writes no index (HOT).
alter table orders set (fillfactor = 50);

-- Which orders become due when: a row per batch and moment, written with the orders. What is due is said by orders.timer_at
-- alone; a row here says where to look, and is deleted when none of its orders is due any more.
create table timers (
  due_at timestamptz not null,
  id bigint generated always as identity,
  order_ids text[] not null,
  primary key (due_at, id)
);
insert into timers (due_at, order_ids)
  select timer_at, array_agg(id order by id) from orders where timer_at is not null group by timer_at;
drop index orders_timer;

-- The number is drawn when the order is written, and shown from PENDING on.
alter table orders drop constraint orders_check3, drop constraint orders_check4;
update orders set number = to_char(created_at at time zone 'UTC', 'YYYYMMDD') || '-' || lpad(drawn.text, greatest(6, length(drawn.text)), '0')
  from (select id, nextval('order_number')::text as text from orders where number is null offset 0) as drawn
  where drawn.id = orders.id;
alter table orders alter column number set not null,
  add check (payable_until is not null or status in ('CREATED', 'REVIEW', 'FAILED'));
drop index orders_number;
create unique index orders_number on orders (number);

grant select, insert, delete on timers to :role;
