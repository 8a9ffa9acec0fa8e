import { operation } from '../store/database';

/** Takes the pause off everything of a workflow: somebody has published it again. */
export const resumeWorkflow = operation<{ workflowId: string }, void>(async (tx, { workflowId }) => {
	await tx.run('UPDATE campaign SET paused_reason = NULL WHERE workflow_id = $1 AND paused_reason IS NOT NULL', [workflowId]);
});
