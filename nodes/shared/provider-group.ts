import { NodeConnectionTypes, type IExecuteFunctions, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { BrokenProvider } from '../../engine/channels/broken';
import { redact } from '../../engine/channels/http/redact';
import type { Provider } from '../../engine/channels/provider';
import type { Countries } from '../../engine/channels/sms/countries';
import { CampaignError } from '../../engine/errors';
import type { Channel } from '../../engine/people/records';
import { readCountryOptions } from './provider-parameters';

/** What a provider did during one execution of its sender: shown on the provider's node on the canvas. */
export interface ProviderCounts {
	attempted: number;
	sent: number;
	refused: number;
	unknown: number;
}

/** What a provider sub-node hands to its sender. One that could not be set up has an `error` and no `provider`. */
export interface SuppliedProvider<Message> {
	/** What it sends. */
	readonly channel: Channel;
	readonly provider?: Provider<Message>;
	/** Smaller goes first. */
	readonly priority: number;
	/** On the canvas; decides among equal priorities, from left to right. */
	readonly position: readonly [number, number];
	/** The sub-node's name. */
	readonly name: string;
	/** Strings that must never leave; not enumerable. */
	readonly secrets: readonly string[];
	readonly error?: string;
	/** Kind of the provider, where the sub-node makes but one: known also when there is no provider. */
	readonly kind?: string;
	/** Numbers it is for, of a provider of SMS. Absent: all. */
	readonly countries?: Countries;
	/** Call once per execution. */
	report(counts: ProviderCounts): void;
}

/** Most providers of one sender. */
export const MAX_PROVIDERS = 10;

class Supplied<Message> implements SuppliedProvider<Message> {
	readonly #context: ISupplyDataFunctions;

	constructor(
		context: ISupplyDataFunctions,
		readonly channel: Channel,
		readonly priority: number,
		readonly position: readonly [number, number],
		readonly name: string,
		readonly provider?: Provider<Message>,
		readonly error?: string,
		readonly kind?: string,
		readonly countries?: Countries,
	) {
		this.#context = context;
	}

	get secrets(): readonly string[] {
		return this.provider?.secrets ?? [];
	}

	report(counts: ProviderCounts): void {
		const { attempted, ...outcomes } = counts;
		const { index } = this.#context.addInputData(NodeConnectionTypes.AiChain, [[{ json: { attempted } }]]);
		this.#context.addOutputData(NodeConnectionTypes.AiChain, index, [[{ json: outcomes }]]);
	}
}

/**
 * The `supplyData` of every provider sub-node. An error while setting the provider up must not take the whole sender
 * down with it, so it is handed over in the provider's place.
 * @param itemIndex n8n's
 * @param make makes the provider from parameters and credential; `label` is the sub-node's name
 * @param kind of that provider, where a sender asks providers by their kinds
 */
export async function supplyProvider<Message>(context: ISupplyDataFunctions, itemIndex: number, channel: Channel, make: (label: string) => Promise<Provider<Message>>, kind?: string): Promise<SupplyData> {
	const { name, position } = context.getNode();
	const priority = Number(context.getNodeParameter('priority', itemIndex, 1));
	let countries: Countries | undefined;
	try {
		if (channel === 'sms') countries = readCountryOptions(context, itemIndex);
		return { response: new Supplied(context, channel, priority, position, name, await make(name), undefined, kind, countries) };
	} catch (error) {
		return { response: new Supplied(context, channel, priority, position, name, undefined, explain(error), kind, countries) };
	}
}

function explain(error: unknown): string {
	const { message } = error as Error;
	return error instanceof CampaignError && error.hint ? `${message}. ${error.hint}` : redact(message);
}

/** The providers connected to a sender, the first to be asked first. Throws a CampaignError when none or too many are connected. */
export async function collectProviders<Message>(context: IExecuteFunctions, channel: Channel): Promise<Array<SuppliedProvider<Message>>> {
	const connected = await context.getInputConnectionData(NodeConnectionTypes.AiChain, 0);
	const supplied = [connected].flat().filter((one): one is SuppliedProvider<Message> => typeof (one as SuppliedProvider<Message> | undefined)?.report === 'function');
	if (supplied.length === 0) throw new CampaignError('no_provider', 'No provider is connected', 'Add one below the node, at its Providers input, and enable it.');
	if (supplied.length > MAX_PROVIDERS) throw new CampaignError('too_many_providers', `${supplied.length} providers are connected, ${MAX_PROVIDERS} are possible`);
	return sortProviders(supplied.map((one) => (one.channel === channel ? one : outOfPlace(one, channel))));
}

/** It must not take the others down with it: it refuses in its place, and says why. */
function outOfPlace<Message>(stranger: SuppliedProvider<Message>, channel: Channel): SuppliedProvider<Message> {
	const { name, priority, position } = stranger;
	const error = `"${name}" is a provider of ${stranger.channel}, and cannot send ${channel}. Connect a provider of this channel in its place.`;
	return { channel, name, priority, position, secrets: [], error, report: (counts) => stranger.report(counts) };
}

/** By priority, then by place on the canvas from left to right, then by name. */
export function sortProviders<Message>(supplied: ReadonlyArray<SuppliedProvider<Message>>): Array<SuppliedProvider<Message>> {
	return [...supplied].sort((a, b) => a.priority - b.priority || a.position[0] - b.position[0] || (a.name < b.name ? -1 : 1));
}

/** The group as the engine takes it. A provider that could not be set up stays in its place, refuses, and says why. */
export function providersOf<Message>(supplied: ReadonlyArray<SuppliedProvider<Message>>): Array<Provider<Message>> {
	return supplied.map(({ provider, name, error, kind }) => provider ?? new BrokenProvider<Message>(name, error ?? 'The provider could not be set up', kind));
}
