import { NodeHelpers, type INode, type INodeParameters, type INodeType, type ISupplyDataFunctions } from 'n8n-workflow';
import type { HttpProvider, HttpRequest, SmsMessage } from '../../engine/channels/provider';
import type { SuppliedProvider } from '../../nodes/shared/provider-group';

export interface SupplySetup {
	name?: string;
	position?: [number, number];
	parameters?: INodeParameters;
	/** By credential type; a missing one makes n8n throw. */
	credentials?: Record<string, object>;
}

/** Every provider of these tests speaks HTTP, and writes text. */
export type Supplied<Message> = Omit<SuppliedProvider<Message>, 'provider'> & { readonly provider?: Omit<HttpProvider<Message>, 'request'> & { request(message: Message): HttpRequest | Promise<HttpRequest> } };

/** Where n8n would show what a sub-node did. */
export interface Shown {
	input: unknown[];
	output: unknown[];
}

function readPath(value: unknown, path: string): unknown {
	return path.split('.').reduce<unknown>((current, step) => (current as Record<string, unknown> | undefined)?.[step], value);
}

/**
 * Runs the `supplyData` of a sub-node. Its parameters are completed by n8n's own code: defaults, and what is hidden by
 * displayOptions is absent, as at run time.
 */
export async function supply<Message = SmsMessage>(node: INodeType, { name = 'Provider', position = [0, 0], parameters = {}, credentials = {} }: SupplySetup): Promise<{ supplied: Supplied<Message>; shown: Shown }> {
	const instance: INode = { id: name, name, type: `n8n-nodes-campaigns.${node.description.name}`, typeVersion: 1, position, parameters };
	const complete = NodeHelpers.getNodeParameters(node.description.properties, parameters, true, false, instance, node.description);
	const shown: Shown = { input: [], output: [] };
	const context = {
		getNode: () => instance,
		getNodeParameter: (path: string, _itemIndex: number, fallback?: unknown) => {
			const value = readPath(complete, path) ?? fallback;
			if (value === undefined) throw new Error(`Could not get parameter ${path}`);
			return value;
		},
		getCredentials: async (type: string) => {
			const credential = credentials[type];
			if (!credential) throw new Error('Node does not have any credentials set');
			return credential;
		},
		addInputData: (_type: string, data: unknown) => ({ index: shown.input.push(data) - 1 }),
		addOutputData: (_type: string, _index: number, data: unknown) => void shown.output.push(data),
	};
	const { response } = await node.supplyData!.call(context as unknown as ISupplyDataFunctions, 0);
	return { supplied: response as Supplied<Message>, shown };
}
