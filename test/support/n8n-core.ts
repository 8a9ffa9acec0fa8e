import 'reflect-metadata';
import './quiet-n8n';

import { ExecutionLifecycleHooks, LoadOptionsContext, TriggerContext, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	LoggerProxy,
	NodeHelpers,
	Workflow,
	type IConnections,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeParameters,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
	type WorkflowExecuteMode,
} from 'n8n-workflow';

import { Code, ExecuteWorkflow, ExecuteWorkflowTrigger, ManualTrigger, Merge, NoOp, Set as SetFields, SplitInBatches, Switch } from './base-nodes';

const say = () => {};
// The other way to be quiet finds out first where each line comes from.
LoggerProxy.init({ error: say, warn: say, info: say, debug: say });

const OWN_PACK = 'n8n-nodes-campaigns';

type NodeClass = new () => INodeType;

/** A workflow as exported by n8n; ids, versions and positions of nodes may be left out. */
export interface TestWorkflow {
	id?: string;
	name?: string;
	nodes: Array<Pick<INode, 'name' | 'type'> & Partial<INode>>;
	connections: IConnections;
	settings?: IWorkflowSettings;
}

export interface RunOptions {
	workflow: TestWorkflow;
	/** Node classes of this pack that the workflow uses; those of base-nodes.ts are there already. */
	nodes: NodeClass[];
	/** Decrypted credentials by type. Nodes that use one need no `credentials` entry in the workflow. */
	credentials?: Record<string, ICredentialDataDecryptedObject>;
	/** Workflows that Execute Workflow may call, by their id. */
	called?: Record<string, TestWorkflow>;
}

export interface ExecuteOptions extends RunOptions {
	/** Default: manual. */
	mode?: WorkflowExecuteMode;
	/** Name of the node to start at. Default: the first. */
	start?: string;
	/** What the start node gets as input; plain objects become items. Default: one empty item. */
	items?: Array<IDataObject | INodeExecutionData>;
	/** When the execution began, epoch ms; a repetition of one begins when the first did. Default: now. */
	establishedAt?: number;
	/** Whether the workflow is published. Default: no. */
	active?: boolean;
}

/** One execution that has ended. */
export interface Execution {
	status: IRun['status'];
	/** Why the execution failed, or undefined. */
	error: (Error & { description?: string | null }) | undefined;
	/** Names of the nodes that ran, in order. */
	order: string[];
	/** What a node put out in its last run; empty when it did not run. */
	items(node: string, output?: number): INodeExecutionData[];
	json(node: string, output?: number): IDataObject[];
	/** Texts of the hints a node gave at run time. */
	hints(node: string): string[];
	run: IRun;
}

/** Runs a workflow once, in this process, with the real execution engine of n8n. A failing node ends in `error`; nothing is thrown. */
export async function execute(options: ExecuteOptions): Promise<Execution> {
	return await executor(options, options.active)(options);
}

/** What `execute` does, for a workflow that is run often: it is made ready once. */
export function executor(options: RunOptions, active = false): (how: Omit<ExecuteOptions, keyof RunOptions | 'active'>) => Promise<Execution> {
	const prepared = prepare(options, active);
	return async ({ start = (options.workflow.nodes[0] as INode).name, items = [{}], mode = 'manual', establishedAt }) => {
		const node = prepared.workflow.getNode(start);
		if (!node) throw new Error(`The workflow has no node "${start}"`);
		const input = items.map((item) => ('json' in item ? item : { json: item }) as INodeExecutionData);
		return await runFrom(prepared, node, [input], mode, establishedAt);
	};
}

/** A published workflow: what its nodes' triggers emit runs as executions. */
export interface Published {
	/** Every execution so far, in the order of their ends. */
	executions: Execution[];
	/** Calls the close functions and waits for executions that are under way. */
	close(): Promise<void>;
}

/**
 * Starts the trigger() of every node that has one, as publishing does; rejects when one of them does. An emit with a
 * deduplication key seen before starts nothing and resolves its donePromise with undefined, as in n8n.
 */
export async function publish(options: RunOptions): Promise<Published> {
	const prepared = prepare(options, true);
	const executions: Execution[] = [];
	const running = new Set<Promise<unknown>>();
	const keys = new Set<string>();
	const closers: Array<() => Promise<void>> = [];
	const close = async () => {
		await Promise.all(closers.map(async (closeNode) => await closeNode()));
		while (running.size > 0) await Promise.all(running);
	};
	for (const node of Object.values(prepared.workflow.nodes)) {
		const { trigger } = typeOf(prepared, node);
		if (!trigger || node.disabled) continue;
		const emit: TriggerContext['emit'] = (data, _responsePromise, donePromise, key) => {
			if (key !== undefined && keys.has(key)) return donePromise?.resolve(undefined as unknown as IRun);
			if (key !== undefined) keys.add(key);
			const execution = runFrom(prepared, node, data, 'trigger').then((ended) => {
				executions.push(ended);
				donePromise?.resolve(ended.run);
			});
			const tracked: Promise<unknown> = execution.finally(() => running.delete(tracked));
			running.add(tracked);
		};
		const context = new TriggerContext(prepared.workflow, node, additionalData(prepared, 'trigger', 'trigger'), 'trigger', 'activate', emit);
		try {
			const response = await trigger.call(context);
			if (response?.closeFunction) closers.push(response.closeFunction);
		} catch (error) {
			await close();
			throw error;
		}
	}
	return { executions, close };
}

/** What the editor shows in a list: calls a node's `methods.loadOptions` or `methods.listSearch` method. */
export async function loadList(
	options: RunOptions & { node: string; method: string; filter?: string; parameters?: INodeParameters },
): Promise<INodePropertyOptions[]> {
	const prepared = prepare(options);
	const node = prepared.workflow.getNode(options.node) as INode;
	const { methods } = typeOf(prepared, node);
	const data = additionalData(prepared, 'internal', 'list');
	data.currentNodeParameters = { ...node.parameters, ...options.parameters };
	const context = new LoadOptionsContext(prepared.workflow, node, data, '');
	const load = methods?.loadOptions?.[options.method];
	if (load) return await load.call(context);
	const search = methods?.listSearch?.[options.method];
	if (!search) throw new Error(`${node.type} has no method ${options.method}`);
	const found: INodeListSearchResult = await search.call(context, options.filter);
	return found.results;
}

export interface Prepared {
	options: RunOptions;
	workflow: Workflow;
	nodeTypes: INodeTypes;
	credentials: Record<string, ICredentialDataDecryptedObject>;
	/** Nodes and connections as n8n stores them. */
	stored: { id: string; name: string; nodes: INode[]; connections: IConnections; settings: IWorkflowSettings };
}

export function prepare(options: RunOptions, active = false): Prepared {
	const { workflow, credentials = {} } = options;
	const nodeTypes = typesOf(options.nodes);
	const stored = {
		id: workflow.id ?? 'workflow-1',
		name: workflow.name ?? 'Test',
		nodes: workflow.nodes.map((node, index) => fillIn(node, index, Object.keys(credentials))),
		connections: workflow.connections,
		settings: { executionOrder: 'v1' as const, ...workflow.settings },
	};
	return { options, workflow: new Workflow({ ...stored, active, nodeTypes }), nodeTypes, credentials, stored };
}

function fillIn(node: TestWorkflow['nodes'][number], index: number, credentialTypes: string[]): INode {
	const credentials = Object.fromEntries(credentialTypes.map((type) => [type, { id: type, name: type }]));
	const id = `node-${index + 1}`;
	return { id, typeVersion: 1, position: [index * 200, 0], parameters: {}, credentials, ...node };
}

function typesOf(classes: NodeClass[]): INodeTypes {
	const types = new Map<string, INodeType>();
	const add = (pack: string, known: NodeClass[]) => {
		for (const NodeType of known) {
			const type = new NodeType();
			types.set(`${pack}.${type.description.name}`, type);
		}
	};
	add('n8n-nodes-base', [Code, ExecuteWorkflow, ExecuteWorkflowTrigger, ManualTrigger, Merge, NoOp, SetFields, SplitInBatches, Switch]);
	add(OWN_PACK, classes);
	const byName = (name: string): INodeType => {
		const type = types.get(name);
		if (!type) throw new Error(`No class was given for nodes of type ${name}`);
		return type;
	};
	return {
		getByName: byName,
		getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(byName(name), version),
		getKnownTypes: () => ({}),
	};
}

function typeOf({ nodeTypes }: Prepared, node: INode): INodeType {
	return nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
}

let lastExecution = 0;

async function runFrom(prepared: Prepared, node: INode, data: INodeExecutionData[][], mode: WorkflowExecuteMode, establishedAt?: number): Promise<Execution> {
	const id = String(++lastExecution);
	const runData = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node, data: { main: data }, source: null }],
			...(establishedAt !== undefined && { runtimeData: { version: 1, establishedAt, source: mode } }),
		},
	});
	const extra = additionalData(prepared, mode, id);
	const order: string[] = [];
	extra.hooks?.addHandler('nodeExecuteAfter', (name) => void order.push(name));
	const run = await new WorkflowExecute(extra, mode, runData).processRunExecutionData(prepared.workflow);
	const lastRun = (name: string) => run.data.resultData.runData[name]?.at(-1);
	const items = (name: string, output = 0) => lastRun(name)?.data?.main?.[output] ?? [];
	return {
		status: run.status,
		error: run.data.resultData.error,
		order,
		items,
		json: (name, output) => items(name, output).map(({ json }) => json),
		hints: (name) => (lastRun(name)?.hints ?? []).map(({ message }) => message),
		run,
	};
}

/** What n8n's server supplies to an execution, as far as nodes ask for it. */
export function additionalData({ credentials, stored, options }: Prepared, mode: WorkflowExecuteMode, executionId: string): IWorkflowExecuteAdditionalData {
	const credentialsHelper = {
		getParentTypes: () => [],
		getDecrypted: async (_data: unknown, _node: unknown, type: string) => credentials[type],
		authenticate: async (_credentials: unknown, _type: string, request: unknown) => request,
		preAuthentication: async () => undefined,
		runPreAuthentication: async () => undefined,
		getCredentialsProperties: () => [],
		updateCredentials: async () => {},
		isCredentialUsableByNode: () => true,
	};
	const now = new Date();
	const hooks = new ExecutionLifecycleHooks(mode, executionId, {
		...stored, active: mode === 'trigger', isArchived: false, activeVersionId: null, createdAt: now, updatedAt: now,
	});
	return {
		hooks,
		credentialsHelper,
		variables: {},
		externalSecretsProxy: {},
		executionId,
		restApiUrl: 'http://localhost:5678/rest',
		instanceBaseUrl: 'http://localhost:5678/',
		webhookBaseUrl: 'http://localhost:5678/webhook',
		webhookWaitingBaseUrl: 'http://localhost:5678/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost:5678/form-waiting',
		currentNodeExecutionIndex: 0,
		executeWorkflow: async ({ id }: { id?: string }, _data: unknown, { inputData }: { inputData: INodeExecutionData[] }) => await call(options, String(id), inputData),
		logAiEvent: () => {},
		getRunnerStatus: () => ({ available: false }),
	} as unknown as IWorkflowExecuteAdditionalData;
}

/** As n8n calls a workflow: in mode integrated, from its first node on. What the last run of its last node put out goes back. */
async function call({ nodes, credentials, called }: RunOptions, id: string, items: INodeExecutionData[]): Promise<{ executionId: string; data: INodeExecutionData[][] }> {
	const workflow = called?.[id];
	if (!workflow) throw new Error(`There is no workflow ${id} to be called`);
	const { run, error } = await execute({ nodes, credentials, called, workflow: { ...workflow, id }, items, mode: 'integrated' });
	if (error) throw error;
	const { lastNodeExecuted = '', runData } = run.data.resultData;
	return { executionId: 'called', data: (runData[lastNodeExecuted]?.at(-1)?.data?.main ?? []).map((output) => output ?? []) };
}
