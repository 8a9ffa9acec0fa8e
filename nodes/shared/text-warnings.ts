import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Store } from '../../engine/store/store';
import { textWarnings } from './personalized-texts';
import type { Sender } from './sender';

/** Properties that everybody has who is reached on a channel. */
export const alwaysThere = { sms: ['phone'], email: ['email'], push: [], webhook: [], export: [] } as const;

/** In a run by hand: what may be wrong in the texts of the sender, as hints of the node. */
export async function hintTexts<Message>(context: IExecuteFunctions, store: Store, { texts = [], channel }: Sender<Message>, missing: 'fail' | 'empty'): Promise<void> {
	const names = context.getInputData().flatMap(({ json }) => (json.event as IDataObject | undefined)?.name ?? []);
	const always = (alwaysThere as Partial<Record<string, readonly string[]>>)[channel];
	const warnings = await textWarnings(store, texts, { missing, events: [...new Set(names.map(String))], always });
	for (const message of warnings) context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
}
