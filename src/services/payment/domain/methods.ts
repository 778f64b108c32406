export type PaymentMethod = 'balance' | 'wechat' | 'alipay' | 'card';
export type ProviderMethod = Exclude<PaymentMethod, 'balance'>;
