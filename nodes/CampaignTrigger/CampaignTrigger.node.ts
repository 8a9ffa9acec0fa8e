import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { Conductor } from '../../engine/campaigns/conductor';
import { removedInWords } from '../../engine/campaigns/control/removed-nodes';
import { campaignsPostgresTest } from '../shared/credential-tests';
import { withNodeErrors } from '../shared/errors';
import { failingClosed } from '../shared/failing-closed';
import { enabledNodes, refuseBadCampaign, versionOf } from '../shared/graph';
import { emitAndWait, isPublishing, numberOfSelf, registerSelf, releaseFrom, releaseToken } from '../shared/releases';
import { nameLists } from '../shared/load-options';
import { getStore } from '../shared/store';
import { refuseBadSettings } from './check-nodes';
import { warningsOfTexts } from './check-texts';
import { readDefinition, readName } from './definition';
import { campaignTriggerProperties } from './parameters';
import { announcedAlert, announcedRun, releasePeople, runIsOver, startsTooSoon, staysStopped } from './outputs';
import { scanFor } from './scan';
import { sampleAudience } from './sample';
import { endUse, segmentsOfWorkflow } from './segments-in-use';
import { subtitle } from './subtitle';

export class CampaignTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Campaign Trigger',
		name: 'campaignTrigger',
		icon: { light: 'file:campaignTrigger.svg', dark: 'file:campaignTrigger.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle,
		description: 'Start a campaign: say which people it is for, and when',
		eventTriggerDescription: '',
		activationMessage: 'The campaign is published. A run for now starts after its waiting time, others at theirs; unpublish to stop them.',
		defaults: { name: 'Campaign Trigger' },
		usableAsTool: undefined,
		maxNodes: 1,
		inputs: [],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['People', 'Run finished', 'Alert'],
		credentials: [
			// As storeCredentials; written out where the lint rule looks for the credential's test.
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
		],
		parameterPane: 'wide',
		properties: campaignTriggerProperties,
	};

	methods = { listSearch: nameLists, credentialTest: { campaignsPostgresTest } };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await withNodeErrors(this, async () => {
			refuseBadCampaign(this);
			refuseBadSettings(this);
			const store = await getStore(this);
			const { definition, warnings } = readDefinition(this);
			const ofTexts = await warningsOfTexts(this, store, definition.schedule);
			for (const warning of [...warnings, ...ofTexts]) this.logger.warn(`Campaign node "${this.getNode().name}": ${warning}`);
			const workflowId = String(this.getWorkflow().id);
			const campaignId = `${workflowId}:${this.getNode().id}`;
			const node = await registerSelf(this, store);
			const { registration, keepTheirs, stayStopped, removed } = await store.call('publishCampaign', {
				campaignId,
				workflowId,
				...readName(this),
				definition,
				byOperator: isPublishing(this),
				replaces: this.getActivationMode() === 'update',
				uses: segmentsOfWorkflow(this, definition.segment),
				nodes: enabledNodes(this),
				workflowVersion: versionOf(this),
			});
			if (keepTheirs.length > 0) this.emit([[{ json: { campaignAlert: startsTooSoon(keepTheirs, this.getTimezone()) } }]]);
			if (stayStopped.length > 0) this.emit([[{ json: { campaignAlert: staysStopped(stayStopped, definition.schedule, this.getTimezone()) } }]]);
			if (removed.length > 0 && isPublishing(this)) this.emit([[{ json: { campaignAlert: removedInWords(removed) } }]]);
			const conductor = new Conductor({
				store,
				campaignId,
				node,
				announce: async (run, state) => {
					// Said again by the next process if this one dies over it; a workflow that fails at it has been told.
					const key = `campaigns:${store.owner}:run-${run}-over`;
					return (await emitAndWait(this, [[{ json: { campaignRunOver: { run, state } } }]], key)) !== 'not_started';
				},
			});
			const releaser = await releaseFrom(this, store, {
				limit: definition.blockSize,
				beat: async () => await conductor.beat(),
				onPaused: (alert) => this.emit([[{ json: { campaignAlert: alert } }]]),
			});
			const leave = definition.schedule.kind === 'live' ? scanFor(this, store, releaser) : () => {};
			return {
				closeFunction: async () => {
					leave();
					releaser.stop();
					await endUse(store, registration);
				},
			};
		});
	}

	/** n8n runs this for what `trigger` emits, and for a run by hand. */
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 2, async () => {
			const store = await getStore(this);
			const alert = announcedAlert(this);
			if (alert) return alert;
			const over = announcedRun(this);
			if (over) return await runIsOver(store, over);
			const token = releaseToken(this);
			if (token === undefined) return await sampleAudience(this, store);
			refuseBadCampaign(this);
			refuseBadSettings(this);
			return await releasePeople(store, await numberOfSelf(this, store), token);
		});
	}
}
