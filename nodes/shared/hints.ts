import type { IExecuteFunctions, NodeHint } from 'n8n-workflow';

/** For gates: whoever is held comes out in an execution of its own, in which earlier nodes have no data. */
export const noLookingBack: NodeHint = {
	message: 'People who are held go on from here later, on their own. Nodes after this one should use the fields of the item; $("Earlier node") finds nothing then.',
	type: 'info',
	location: 'ndv',
	whenToDisplay: 'beforeExecution',
};

/** Shows what is to be known above the output of the node. */
export function giveHints(context: IExecuteFunctions, messages: readonly string[], type: NodeHint['type'] = 'info'): void {
	for (const message of messages) context.addExecutionHints({ message, type, location: 'outputPane' });
}

export const SAVES_ALL =
	'This workflow saves the data of every successful execution: with many people that is many copies of them. Set "Save successful production executions" to "Do not save" in the workflow settings; the Campaign Report says what became of everybody.';

/** Whether n8n keeps what successful executions of the workflow carried. The typed interface shows a node no settings; this is what n8n keeps behind it. */
export function savesEveryExecution(context: IExecuteFunctions): boolean {
	const { workflow } = context as unknown as { workflow?: { settings?: { saveDataSuccessExecution?: string } } };
	const own = workflow?.settings?.saveDataSuccessExecution ?? 'DEFAULT';
	return (own === 'DEFAULT' ? (process.env.EXECUTIONS_DATA_SAVE_ON_SUCCESS ?? 'all') : own) === 'all';
}
