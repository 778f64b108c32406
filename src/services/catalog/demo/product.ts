/** The languages in which the demo catalogue is written. */
export type Language = 'zh-CN' | 'zh-TW' | 'en';

export type Translated<Text> = Readonly<Record<Language, Text>>;

export type CategorySlug =
  | 'tea'
  | 'teaware'
  | 'coffee'
  | 'electronics'
  | 'kitchen'
  | 'stationery'
  | 'outdoor'
  | 'books'
  | 'gifts';

export type DemoCategory = { readonly slug: CategorySlug; readonly names: Translated<string> };

/** `price` in fen (1/100 CNY), `onHand` in pieces. */
export type DemoVariant = {
  readonly sku: string;
  readonly names: Translated<string>;
  readonly price: bigint;
  readonly onHand: number;
};

/** `images` are file names in the images folder. */
export type DemoProduct = {
  readonly slug: string;
  readonly category: CategorySlug;
  readonly texts: Translated<{ readonly name: string; readonly description: string }>;
  readonly images: readonly string[];
  readonly variants: readonly DemoVariant[];
  readonly offSale?: true;
};
