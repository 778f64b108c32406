/** What a method answers, less the signature. */
export type Content = Readonly<Record<string, unknown>> & { readonly code: string };

export function success(fields: Readonly<Record<string, unknown>>): Content {
  return { code: '10000', msg: 'Success', ...fields };
}

export function failure(subCode: string, detail: string, fields: Readonly<Record<string, unknown>> = {}): Content {
  return { code: '40004', msg: 'Business Failed', sub_code: subCode, sub_msg: detail, ...fields };
}
