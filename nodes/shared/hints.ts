import type { NodeHint } from 'n8n-workflow';

/** For gates: whoever is held comes out in an execution of its own, in which earlier nodes have no data. */
export const noLookingBack: NodeHint = {
	message: 'People who are held go on from here later, on their own. Nodes after this one should use the fields of the item; $("Earlier node") finds nothing then.',
	type: 'info',
	location: 'ndv',
	whenToDisplay: 'beforeExecution',
};
