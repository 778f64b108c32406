import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShippingAddress } from '#contracts/http/ordering.ts';
import { addAddress, listAddresses, replaceAddress, type SavedAddress } from '#contracts/http/profile.ts';
import { call } from '../ui/api/call.ts';
import { keyOf } from '../ui/api/query.ts';
import { Button } from '../ui/Button.tsx';
import { Checkbox, SelectInput, TextInput } from '../ui/fields.tsx';
import { useForm } from '../ui/forms/form.ts';
import { ProblemNotice } from '../ui/states.tsx';

const countries = ['CN', 'TW', 'HK', 'MO', 'SG', 'US', 'GB', 'DE'] as const;
type Country = (typeof countries)[number];

function isKnown(country: string): country is Country {
  return countries.some((known) => known === country);
}

/** An address as it is written on a parcel. */
export function AddressText({ address }: { readonly address: ShippingAddress }): ReactNode {
  const { t } = useTranslation('shop');
  const { name, phone, line1, line2, city, region, postalCode, country } = address;
  return (
    <address className="address">
      <strong>{name}</strong> <span className="soft">{phone}</span>
      <br />
      {[line1, line2].filter(Boolean).join(', ')}
      <br />
      {[city, region, postalCode].filter(Boolean).join(', ')}
      <br />
      {isKnown(country) ? t(`address.countries.${country}`) : country}
    </address>
  );
}

const empty = {
  name: '',
  phone: '',
  line1: '',
  line2: '',
  city: '',
  region: '',
  postalCode: '',
  country: 'CN',
  isDefault: false,
};

const fields = [
  { name: 'name', autoComplete: 'name', className: 'half' },
  { name: 'phone', autoComplete: 'tel', className: 'half' },
  { name: 'line1', autoComplete: 'address-line1', className: 'full' },
  { name: 'line2', autoComplete: 'address-line2', className: 'full' },
  { name: 'city', autoComplete: 'address-level2', className: 'half' },
  { name: 'region', autoComplete: 'address-level1', className: 'half' },
  { name: 'postalCode', autoComplete: 'postal-code', className: 'half' },
] as const;

/** A new address, or a change to one; it is in the address book afterwards. */
export function AddressForm(props: {
  readonly saved?: SavedAddress;
  onDone(saved: SavedAddress): void;
  onCancel?(): void;
}): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const queries = useQueryClient();
  const { saved } = props;
  const form = useForm({
    initial: { ...empty, ...saved?.address, isDefault: saved?.isDefault ?? false },
    schema: async () => (await import('./schemas.ts')).addAddress.body,
    bodyOf: ({ isDefault, line2, ...address }) => ({
      address: { ...address, ...(line2 !== '' && { line2 }) },
      ...(isDefault && { isDefault }),
    }),
    send: async (body) => {
      const done = saved
        ? await call(replaceAddress, { params: { id: saved.id }, body })
        : await call(addAddress, { body });
      await queries.invalidateQueries({ queryKey: keyOf(listAddresses) });
      props.onDone(done);
    },
  });
  return (
    <form className="stack" onSubmit={(event) => void form.submit(event)} noValidate>
      {form.problem && <ProblemNotice problem={form.problem} />}
      <div className="form-grid">
        {fields.map(({ name, autoComplete, className }) => (
          <TextInput
            key={name}
            name={name}
            className={className}
            label={t(`address.${name}`)}
            autoComplete={autoComplete}
            type={name === 'phone' ? 'tel' : 'text'}
            isOptional={name === 'line2'}
            value={form.values[name]}
            onChange={(value) => form.set(name, value)}
            error={form.errorOf(`/address/${name}`)}
          />
        ))}
        <SelectInput<string>
          label={t('address.country')}
          value={form.values.country}
          onChange={(value) => form.set('country', value)}
          options={countries.map((value) => ({ value, text: t(`address.countries.${value}`) }))}
        />
      </div>
      <Checkbox isSelected={form.values.isDefault} onChange={(isDefault) => form.set('isDefault', isDefault)}>
        {t('address.isDefault')}
      </Checkbox>
      <div className="row">
        <Button type="submit" isPending={form.isSending}>
          {t('address.save')}
        </Button>
        {props.onCancel && (
          <Button kind="quiet" onPress={props.onCancel}>
            {t('ui:cancel')}
          </Button>
        )}
      </div>
    </form>
  );
}
