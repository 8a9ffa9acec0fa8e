import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { toE164 } from '../../engine/channels/phone';
import type { SmsMessage } from '../../engine/channels/provider';
import { attemptGroup } from '../../engine/delivery/attempt';
import { compile } from '../../engine/personalization/liquid';
import { toNodeError, withNodeErrors } from '../shared/errors';
import { refuseLoop } from '../shared/graph';
import { renderInput } from '../shared/personalize';
import { ProviderActivity } from '../shared/provider-activity';
import { collectProviders, providersOf } from '../shared/provider-group';
import { releaseWaiting, runSender, type Sender } from '../shared/sender';
import { readSenderOptions } from '../shared/sender-parameters';
import { storeCredentials } from '../shared/store';
import { smsProperties } from './parameters';
import { checkCountry, checkSmsSettings, requireProvider } from './settings';

const PROVIDERS = ['n8n-nodes-campaigns.twilioSmsProvider', 'n8n-nodes-campaigns.genericSmsProvider'];

export class Sms implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SMS',
		name: 'sms',
		icon: { light: 'file:sms.svg', dark: 'file:sms.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter.message }}',
		description: 'Send a text message to each person, through the first of its providers that takes it',
		defaults: { name: 'SMS' },
		usableAsTool: undefined,
		inputs: [
			{ type: NodeConnectionTypes.Main },
			{
				type: NodeConnectionTypes.AiChain,
				displayName: 'Providers',
				required: true,
				maxConnections: 10,
				filter: { nodes: PROVIDERS },
			},
		],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Sent', 'Not sent', 'Unknown'],
		credentials: storeCredentials,
		hints: [
			{
				message: 'A run by hand shows each message as it would be, and sends nothing.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
		],
		properties: smsProperties,
	};

	/** Releases people who wait here because no provider was available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await withNodeErrors(this, async () => {
			checkSmsSettings({ message: this.getNodeParameter('message', ''), defaultCountry: this.getNodeParameter('defaultCountry', '') });
			requireProvider(this, this.getNode().name);
			refuseLoop(this);
			const releaser = await releaseWaiting(this);
			return { closeFunction: async () => releaser.stop() };
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			const options = readSenderOptions(this);
			const supplied = await collectProviders(this);
			const providers = providersOf(supplied);
			const activity = new ProviderActivity(supplied);
			const sender: Sender<SmsMessage> = {
				channel: 'sms',
				...smsMessages(this, options.missing),
				send: async (message, ledger) => {
					const result = await attemptGroup(providers, message, {
						...ledger,
						now: Date.now,
						sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
						random: Math.random,
					});
					activity.count(result);
					return result;
				},
			};
			const outputs = await runSender(this, sender, options);
			activity.report();
			return outputs;
		});
	}
}

/** How this node writes its messages: the template is read once per batch. */
function smsMessages(context: IExecuteFunctions, missing: 'fail' | 'empty'): Pick<Sender<SmsMessage>, 'address' | 'render' | 'show'> {
	const template = compileText(context, 'message', missing);
	const templateId = String(context.getNodeParameter('templateId', 0, '')).trim() || undefined;
	const country = String(context.getNodeParameter('defaultCountry', 0, '')).trim() || undefined;
	checkCountry(country ?? '');
	return {
		address: ({ user }) => {
			if (!user.phone) return { ok: false, reason: 'profile_not_reachable', detail: 'No phone number' };
			const phone = toE164(user.phone, country);
			return phone.ok ? { ok: true, address: phone.number } : { ok: false, reason: 'invalid_recipient', detail: phone.why };
		},
		render: (recipient, messageId, now) => {
			const rendered = template.render(renderInput(recipient, now));
			if (!rendered.ok) return rendered;
			const phone = toE164(recipient.user.phone, country);
			if (!phone.ok) return { ok: false, reason: 'invalid_recipient', detail: phone.why };
			const { campaignId } = recipient;
			return { ok: true, message: { to: phone.number, body: rendered.text, messageId, campaignId, templateId } };
		},
		show: ({ to, body }) => ({ to, body }),
	};
}

function compileText(context: IExecuteFunctions, name: string, missing: 'fail' | 'empty') {
	try {
		return compile(String(context.getNodeParameter(name, 0, '')), { missing });
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}
