import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { toE164 } from '../../engine/channels/phone';
import type { SmsMessage } from '../../engine/channels/provider';
import { attemptGroup } from '../../engine/delivery/attempt';
import { withNodeErrors } from '../shared/errors';
import { renderInput } from '../shared/personalize';
import { compileTexts } from '../shared/personalized-texts';
import { providerSenderDescription, runProviderSender, startProviderSender } from '../shared/provider-sender';
import type { Sender } from '../shared/sender';
import { smsProperties } from './parameters';
import { checkCountry, checkSmsSettings } from './settings';
import { smsTexts } from './texts';

/** What the palette behind "Providers" offers, in this order. */
const PROVIDERS = ['twilio', 'vonage', 'plivo', 'msg91', 'exotel', 'netcore', 'generic'].map((name) => `n8n-nodes-campaigns.${name}SmsProvider`);

export class Sms implements INodeType {
	description: INodeTypeDescription = {
		...providerSenderDescription(PROVIDERS),
		displayName: 'SMS',
		name: 'sms',
		icon: { light: 'file:sms.svg', dark: 'file:sms.dark.svg' },
		subtitle: '={{ $parameter.message }}',
		description: 'Send a text message to each person, through the first of its providers that takes it',
		defaults: { name: 'SMS' },
		usableAsTool: undefined,
		properties: smsProperties,
	};

	/** Releases people who wait here because no provider was available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startProviderSender(this, 'sms', () => checkSmsSettings({ message: this.getNodeParameter('message', ''), defaultCountry: this.getNodeParameter('defaultCountry', '') }));
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			return await runProviderSender<SmsMessage>(this, 'sms', (providers, { missing }) => ({
				...smsMessages(this, missing),
				send: async (message, options) => await attemptGroup(providers, message, options),
			}));
		});
	}
}

/** How this node writes its messages: the template is read once per batch. */
function smsMessages(context: IExecuteFunctions, missing: 'fail' | 'empty'): Pick<Sender<SmsMessage>, 'texts' | 'templates' | 'address' | 'render' | 'show'> {
	const texts = smsTexts((name) => context.getNodeParameter(name, 0, ''));
	const templates = compileTexts(texts, missing);
	const templateId = String(context.getNodeParameter('templateId', 0, '')).trim() || undefined;
	const country = String(context.getNodeParameter('defaultCountry', 0, '')).trim() || undefined;
	checkCountry(country ?? '');
	return {
		texts,
		templates,
		address: ({ user }) => {
			if (!user.phone) return { ok: false, reason: 'profile_not_reachable', detail: 'No phone number' };
			const phone = toE164(user.phone, country);
			return phone.ok ? { ok: true, address: phone.number } : { ok: false, reason: 'invalid_recipient', detail: phone.why };
		},
		render: (recipient, messageId, now) => {
			const rendered = templates.message.render(renderInput(recipient, now));
			if (!rendered.ok) return rendered;
			const phone = toE164(recipient.user.phone, country);
			if (!phone.ok) return { ok: false, reason: 'invalid_recipient', detail: phone.why };
			const { campaignId } = recipient;
			return { ok: true, message: { to: phone.number, body: rendered.text, messageId, campaignId, templateId } };
		},
		show: ({ to, body }) => ({ to, body }),
	};
}
