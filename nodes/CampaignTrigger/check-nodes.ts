import { NodeOperationError, type IDataObject, type IExecuteFunctions, type ITriggerFunctions } from 'n8n-workflow';

import { checkWindows } from '../../engine/gates/dnd';
import { readWait } from '../Delay/wait';
import { readWindows } from '../DndGate/windows';
import { readEmailSettings } from '../Email/settings';
import { checkMetaAudienceSettings } from '../MetaAudience/settings';
import { readPushSettings } from '../Push/settings';
import { readSegmentExportSettings } from '../SegmentExport/settings';
import { checkLinkedContent } from '../shared/linked-content';
import { requireProvider } from '../shared/provider-sender';
import { readPairs, supplyOf } from '../Sms/pairs';
import { checkProvidersTake } from '../Sms/providers-take';
import { checkSmsSettings } from '../Sms/settings';
import { readRate } from '../Throttle/rate';
import { checkWebhookSettings } from '../WebhookSender/settings';

type Check = (parameters: IDataObject, context: IExecuteFunctions | ITriggerFunctions, name: string) => void;

const CHECKS: Record<string, Check> = {
	'n8n-nodes-campaigns.dndGate': ({ windows }) => checkWindows(readWindows(windows)),
	'n8n-nodes-campaigns.delay': (parameters) => void readWait((name) => parameters[name]),
	'n8n-nodes-campaigns.throttle': (parameters) => void readRate((name) => parameters[name]),
	'n8n-nodes-campaigns.sms': (parameters, context, name) => {
		const typed = (parameter: string) => parameters[parameter];
		checkSmsSettings(typed);
		requireProvider(context, name, 'sms');
		checkProvidersTake(context, supplyOf(readPairs(typed)), name);
	},
	'n8n-nodes-campaigns.push': (parameters, context, name) => {
		readPushSettings((parameter) => parameters[parameter]);
		requireProvider(context, name, 'push');
	},
	'n8n-nodes-campaigns.email': (parameters, context, name) => {
		readEmailSettings(parameters);
		requireProvider(context, name, 'email');
	},
	'n8n-nodes-campaigns.webhookSender': (parameters) => void checkWebhookSettings(parameters.url, (name) => parameters[name]),
	'n8n-nodes-campaigns.metaAudience': (parameters) => checkMetaAudienceSettings((parameter) => parameters[parameter]),
	'n8n-nodes-campaigns.segmentExport': (parameters) => void readSegmentExportSettings((parameter) => parameters[parameter]),
};

/**
 * Refuses a campaign whose nodes cannot work. A node that refuses itself does not keep n8n from starting the others:
 * people would set out and all fail there.
 */
export function refuseBadSettings(context: IExecuteFunctions | ITriggerFunctions): void {
	for (const { name, type, disabled, parameters } of context.getChildNodes(context.getNode().name, { includeNodeParameters: true })) {
		if (disabled) continue;
		try {
			CHECKS[type]?.(parameters as IDataObject, context, name);
			if (CHECKS[type]) checkLinkedContent(context, { name, parameters });
		} catch (error) {
			const { message, hint } = error as { message: string; hint?: string };
			throw new NodeOperationError(context.getNode(), message.startsWith(`"${name}"`) ? message : `"${name}": ${message}`, { description: hint });
		}
	}
}
