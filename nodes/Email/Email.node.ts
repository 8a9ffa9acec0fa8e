import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import type { EmailMessage } from '../../engine/channels/email/message';
import { attemptGroup } from '../../engine/delivery/attempt';
import { failingClosed } from '../shared/failing-closed';
import { nameLists } from '../shared/load-options';
import { providerSenderDescription, runProviderSender, startProviderSender } from '../shared/provider-sender';
import { getStore } from '../shared/store';
import { emailMessages } from './messages';
import { emailProperties } from './parameters';
import { parametersOf, readEmailSettings } from './settings';

/** What the palette behind "Providers" offers, in this order. */
const PROVIDERS = ['smtp', 'sendGrid', 'amazonSes', 'mailgun', 'postmark'].map((name) => `n8n-nodes-campaigns.${name}EmailProvider`);

export class Email implements INodeType {
	description: INodeTypeDescription = {
		...providerSenderDescription(PROVIDERS),
		displayName: 'Email',
		name: 'email',
		icon: { light: 'file:email.svg', dark: 'file:email.dark.svg' },
		subtitle: '={{ $parameter.subject }}',
		description: 'Send an email to each person, through the first of its providers that takes it',
		defaults: { name: 'Email' },
		usableAsTool: undefined,
		properties: emailProperties,
	};

	methods = { listSearch: nameLists };

	/** Releases people who wait here because no provider was available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startProviderSender(this, 'email', () => void readEmailSettings(parametersOf(this)));
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			const settings = readEmailSettings(parametersOf(this));
			const store = settings.unsubscribeAddress === undefined ? undefined : await getStore(this);
			return await runProviderSender<EmailMessage>(this, 'email', (providers, { missing }) => ({
				...emailMessages(this, settings, missing, store),
				send: async (message, options) => await attemptGroup(providers, message, options),
			}));
		});
	}
}
