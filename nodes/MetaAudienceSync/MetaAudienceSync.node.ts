import { NodeConnectionTypes, type IDataObject, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import { createAudience, getAudience } from '../../engine/channels/export/meta/audiences';
import { replaceAudience } from '../../engine/audiences/replace';
import { NOT_REMOVED_HINT, type AudienceWork } from '../../engine/audiences/run';
import { sendRowsTo } from '../../engine/audiences/send-rows';
import { compareAudience, syncAudience } from '../../engine/audiences/sync';
import type { Store } from '../../engine/store/store';
import { campaignsPostgresTest } from '../shared/credential-tests';
import { eachItem, textAt } from '../shared/each-item';
import { withNodeErrors } from '../shared/errors';
import { IN_REAL_TIME } from '../shared/in-real-time';
import { isProduction, outputItem } from '../shared/items';
import { nameLists } from '../shared/load-options';
import { campaignsMetaTest, metaAccount, searchAudiences } from '../shared/meta';
import { readAudience, readMetaSettings } from '../shared/meta-parameters';
import { sharePaceInQueueMode } from '../shared/queue-pace';
import { getStore } from '../shared/store';
import { useSegment } from '../shared/use-segment';
import { metaAudienceSyncProperties } from './parameters';

type Operation = (context: IExecuteFunctions, store: Store) => Promise<INodeExecutionData[]>;

const OPERATIONS: Record<string, Operation> = { create, get, sync: async (...args) => await change('sync', ...args), replace: async (...args) => await change('replace', ...args) };

const MINUTE_MS = 60_000;

export class MetaAudienceSync implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Meta Audience Sync',
		name: 'metaAudienceSync',
		icon: { light: 'file:metaAudienceSync.svg', dark: 'file:metaAudienceSync.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter.operation === "create" ? "Create " + $parameter.name : ({ get: "Get ", sync: "Sync ", replace: "Replace " })[$parameter.operation] + ($parameter.audience.cachedResultName || $parameter.audience.value || "an audience") }}',
		description: 'Keep a custom audience of Facebook and Instagram ads the same as a segment',
		defaults: { name: 'Meta Audience Sync' },
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
			{ name: 'campaignsMetaApi', required: true, testedBy: 'campaignsMetaTest' },
		],
		parameterPane: 'wide',
		hints: [
			{
				message: 'A run by hand says what would change in the audience, and changes nothing.',
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
				displayCondition: '={{ ["sync", "replace"].includes($parameter.operation) && !$parameter.options?.sendInManualRuns }}',
			},
		],
		properties: metaAudienceSyncProperties,
	};

	methods = { credentialTest: { campaignsPostgresTest, campaignsMetaTest }, listSearch: { ...nameLists, searchAudiences } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => [await (OPERATIONS[this.getNodeParameter('operation', 0) as string] as Operation)(this, await getStore(this))]);
	}
}

async function create(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const account = await metaAccount(context);
	return await eachItem(context, async (index) => {
		const [name, description, source] = ['name', 'description', 'source'].map((parameter) => textAt(context, parameter, index));
		return { ...(await createAudience(account, { name: name as string, description, source: source as 'USER_PROVIDED_ONLY' })), created: true };
	});
}

async function get(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const account = await metaAccount(context);
	return await eachItem(context, async (index) => {
		const id = readAudience(context.getNodeParameter('audience', index));
		const { present, adding, leaving, notRemoved } = await store.ask('audienceSize', { id });
		return { ...(await getAudience(account, id)), sent: { present, toAdd: adding, toRemove: leaving, notRemoved }, ...hintOf(notRemoved) };
	});
}

interface Options {
	sendInManualRuns?: boolean;
	maxWaitMinutes?: number;
}

/** Once, whatever items there are: it is about everybody in the segment. */
async function change(operation: 'sync' | 'replace', context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	sharePaceInQueueMode();
	const options = context.getNodeParameter('options', 0, {}) as Options;
	const { mapping, defaultCountry, limitedDataUse } = readMetaSettings((name) => context.getNodeParameter(name, 0));
	const audience = readAudience(context.getNodeParameter('audience', 0));
	const { rule } = await useSegment(context, store);
	const work: AudienceWork = {
		store, audience, rule, mapping,
		options: { defaultCountry, zone: store.accountZone },
		random: Math.random,
		send: sendRowsTo(await metaAccount(context), {
			label: context.getNode().name, audience, limitedDataUse,
			...IN_REAL_TIME,
			maxWaitMs: (options.maxWaitMinutes ?? 10) * MINUTE_MS,
		}),
	};
	const live = isProduction(context) || (context.getMode() === 'manual' && options.sendInManualRuns === true);
	if (!live) return [outputItem({ audience, operation, preview: true, ...(await compareAudience(work)) }, 0)];
	const result = operation === 'sync' ? await syncAudience(work) : await replaceAudience(work);
	return [outputItem({ audience, operation, ...result, ...hintOf(result.notRemoved) } as IDataObject, 0)];
}

function hintOf(notRemoved: number): { hint?: string } {
	return notRemoved > 0 ? { hint: NOT_REMOVED_HINT } : {};
}
