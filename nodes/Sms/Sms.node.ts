import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { toE164 } from '../../engine/channels/phone';
import type { SmsMessage } from '../../engine/channels/provider';
import { attemptGroup } from '../../engine/delivery/attempt';
import type { CompiledTemplate } from '../../engine/personalization/liquid';
import { failingClosed } from '../shared/failing-closed';
import { nameLists } from '../shared/load-options';
import { renderInput } from '../shared/personalize';
import { compileTexts } from '../shared/personalized-texts';
import { providerSenderDescription, runProviderSender, startProviderSender } from '../shared/provider-sender';
import type { Sender } from '../shared/sender';
import { smsProperties } from './parameters';
import { pairWriter, readPairs, supplyOf } from './pairs';
import { partsHint, readPrice, showSms } from './parts';
import { checkProvidersTake } from './providers-take';
import { smsRoutes, type SmsRoutes } from './routes';
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

	methods = { listSearch: nameLists };

	/** Releases people who wait here because no provider was available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startProviderSender(this, 'sms', () => {
			const typed = (name: string) => this.getNodeParameter(name, undefined, { rawExpressions: true });
			checkSmsSettings(typed);
			checkProvidersTake(this, supplyOf(readPairs(typed)));
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			return await runProviderSender<SmsMessage>(this, 'sms', (providers, { missing }, supplied) => {
				const routes = smsRoutes(providers, supplied);
				return { ...smsMessages(this, missing, routes), send: async (message, options) => await attemptGroup(routes.of(message.to), message, options) };
			});
		});
	}
}

/** How this node writes its messages: the template is read once per batch. */
function smsMessages(context: IExecuteFunctions, missing: 'fail' | 'empty', routes: SmsRoutes): Pick<Sender<SmsMessage>, 'texts' | 'templates' | 'address' | 'render' | 'show' | 'markTest' | 'hints'> {
	const typed = (name: string) => context.getNodeParameter(name, 0, undefined, { rawExpressions: true });
	const texts = smsTexts(typed);
	const templates = compileTexts(texts, missing);
	const pairs = readPairs(typed);
	const templateId = pairs.templateId || undefined;
	const write = pairWriter(pairs, templates);
	checkProvidersTake(context, supplyOf(pairs));
	const country = String(context.getNodeParameter('defaultCountry', 0, '')).trim() || undefined;
	checkCountry(country ?? '');
	const price = readPrice(context.getNodeParameter('options', 0, {}, { rawExpressions: true }) as { pricePerPart?: number; currency?: string });
	return {
		texts,
		templates,
		address: ({ user, to = user.phone }) => {
			if (!to) return { ok: false, reason: 'profile_not_reachable', detail: 'No phone number' };
			const phone = toE164(to, country);
			if (!phone.ok) return { ok: false, reason: 'invalid_recipient', detail: phone.why };
			const nobody = routes.whyNone(phone.number);
			return nobody === undefined ? { ok: true, address: phone.number } : { ok: false, reason: 'profile_not_reachable', detail: nobody };
		},
		render: (recipient, messageId, now) => {
			const input = renderInput(recipient, now);
			const rendered = (templates.message as CompiledTemplate).render(input);
			if (!rendered.ok) return rendered;
			const pairing = write(input);
			if (!pairing.ok) return pairing;
			const phone = toE164(recipient.to ?? recipient.user.phone, country);
			if (!phone.ok) return { ok: false, reason: 'invalid_recipient', detail: phone.why };
			const { campaignId } = recipient;
			return { ok: true, message: { to: phone.number, body: rendered.text, messageId, campaignId, templateId, ...pairing.written } };
		},
		show: (message) => showSms(message, price),
		hints: (messages) => partsHint(messages, price),
		markTest: (message, mark) => ({ ...message, body: mark + message.body }),
	};
}
