import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TSchema } from 'typebox';
import type { BodyOf, Operation, ParamsOf } from '#contracts/operation.ts';
import type { Answered, Input } from '../../ui/api/call.ts';
import { useAct } from '../../ui/api/query.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextInput } from '../../ui/fields.tsx';
import { type Form, useForm } from '../../ui/forms/form.ts';
import { ProblemNotice } from '../../ui/states.tsx';
import { toast } from '../../ui/toasts.tsx';

/**
 * Asks before something is changed: says what will be done, takes its reason, checks by the contract's schema, and keeps what was
 * typed where it is refused. Everything that is shown is asked for anew afterwards.
 */
export function ActDialog<O extends Operation, Values extends object>(props: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly submit: string;
  readonly isDanger?: boolean;
  readonly size?: 'm' | 'l';
  readonly operation: O;
  readonly params?: ParamsOf<O>;
  readonly schema: () => Promise<TSchema | undefined>;
  readonly initial: Values;
  bodyOf(values: Values): BodyOf<O>;
  /** How it is asked where what was checked is no body. */
  inputOf?(checked: BodyOf<O>): Input<O>;
  /** What is said once it is done. */
  readonly done: string;
  onClose(): void;
  onDone?(answer: Answered<O>): void;
  children(form: Form<Values>): ReactNode;
}): ReactNode {
  const { t } = useTranslation('ui');
  const queries = useQueryClient();
  const act = useAct(props.operation);
  const form = useForm({
    initial: props.initial,
    schema: props.schema,
    bodyOf: props.bodyOf,
    send: async (body) => {
      const asked = props.inputOf?.(body) ?? { ...(props.params && { params: props.params }), body };
      const answer = await act.mutateAsync(asked);
      toast(props.done);
      props.onClose();
      props.onDone?.(answer);
      await queries.invalidateQueries();
    },
  });
  return (
    <Dialog title={props.title} isOpen onClose={props.onClose} size={props.size ?? 'm'}>
      <form className="stack" onSubmit={(event) => void form.submit(event)} noValidate>
        {props.text && <div className="soft">{props.text}</div>}
        {form.problem && <ProblemNotice problem={form.problem} />}
        {props.children(form)}
        <div className="modal-foot">
          <Button kind="secondary" onPress={props.onClose}>
            {t('back')}
          </Button>
          <Button type="submit" kind={props.isDanger ? 'danger' : 'primary'} isPending={form.isSending}>
            {props.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Why something is done: for the audit trail. */
export function ReasonInput<Values extends { readonly reason: string }>(props: {
  readonly form: Form<Values>;
  readonly isOptional?: boolean;
}): ReactNode {
  const { t } = useTranslation('console');
  return (
    <TextInput
      label={t('reason')}
      hint={t('reasonHint')}
      rows={2}
      isOptional={props.isOptional ?? false}
      value={props.form.values.reason}
      onChange={(value) => props.form.set('reason', value as Values['reason'])}
      error={props.form.errorOf('/reason')}
    />
  );
}
