-- What is sold, how it is called in each language, and how it is found.

-- What the merchant says: wide, seldom changed. Names stand apart from descriptions, which nothing on a hot path reads.
create table products (
  id text collate "C" primary key,
  category text not null,
  names jsonb not null check (names <> '{}'),
  descriptions jsonb not null,
  images jsonb not null,
  -- The variants in the shop's order.
  skus jsonb not null check (jsonb_array_length(skus) > 0),
  on_sale boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  cause text not null
) with (fillfactor = 80);

create table variants (
  sku text collate "C" primary key,
  product_id text collate "C" not null,
  names jsonb not null,
  amount bigint not null check (amount >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  on_sale boolean not null,
  cause text not null
) with (fillfactor = 80);
create index variants_product_id on variants (product_id);

-- What inventory last said of a SKU, and whose it is: nobody's, while the catalog has not heard of it.
create table stock (
  sku text collate "C" primary key,
  product_id text collate "C",
  available bigint not null check (available >= 0),
  position bigint not null,
  cause text not null
) with (fillfactor = 80);

create table categories (
  slug text collate "C" primary key,
  names jsonb not null,
  position integer not null,
  version integer not null,
  cause text not null
);

-- A product's place in lists: narrow, so that pages are cheap to sort and selling out cheap to note.
-- Names are sorted by the rules of each language (ICU), and cut: a paging cursor carries them.
create table listings (
  product_id text collate "C" primary key,
  category text collate "C" not null,
  on_sale boolean not null,
  variants integer not null,
  offered integer not null check (offered between 0 and variants),
  stocked integer not null check (stocked between 0 and offered),
  currency text collate "C" not null,
  amount bigint not null,
  name_zh_cn text collate "zh-Hans-x-icu" not null,
  name_zh_tw text collate "zh-Hant-x-icu" not null,
  name_en text collate "en-x-icu" not null,
  shown boolean not null generated always as (on_sale and offered > 0) stored,
  in_stock boolean not null generated always as (stocked > 0) stored,
  cause text not null
) with (fillfactor = 80);
create index listings_window on listings (in_stock desc, product_id desc) where shown;
create index listings_category on listings (category, in_stock desc, product_id desc) where shown;
create index listings_price on listings (currency, amount, product_id) where shown;
create index listings_name_zh_cn on listings (name_zh_cn, product_id) where shown;
create index listings_name_zh_tw on listings (name_zh_tw, product_id) where shown;
create index listings_name_en on listings (name_en, product_id) where shown;

-- The search index, with what narrows a search and the versions of what it was made by. See search.ts for what a document
-- is. Its names (of product, category and variants) stand by themselves too: short enough to be stored in line, they
-- answer most searches without a look at the descriptions.
create table documents (
  product_id text collate "C" primary key,
  category text collate "C" not null,
  shown boolean not null,
  document tsvector not null,
  names tsvector not null generated always as (ts_filter(document, '{a,b,c}')) stored,
  analysis_version integer not null,
  category_version integer not null,
  cause text not null
);
create index documents_document on documents using gin (document);
create index documents_names on documents using gin (names);
-- What is to be indexed anew, without reading what is indexed.
create index documents_versions on documents (category, category_version, analysis_version, product_id);

grant select, insert, update on products, variants, stock, categories, listings, documents to :role;
