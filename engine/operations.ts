import { applyUpkeep } from './columns/upkeep/apply';
import { claimUpkeep } from './columns/upkeep/claim';
import { changeAudience } from './audiences/members';
import { endReplacement, noteReplacement } from './audiences/replacement';
import { keepAudience, leaveAudience, takeAudience } from './audiences/turn';
import { dueRuns, startRun } from './campaigns/select';
import { planZones } from './campaigns/zones/plan-zones';
import { startZones } from './campaigns/zones/start-zones';
import { zoneRuns } from './campaigns/zones/zone-runs';
import { enterForeign } from './campaigns/enter-foreign';
import { endRemoved, endStopped } from './campaigns/control/end-waiting';
import { pauseByOperator, pauseCampaign, pauseForRun } from './campaigns/control/pause';
import { resumeCampaign, resumeWorkflow } from './campaigns/control/resume';
import { startNewRun } from './campaigns/control/start-new-run';
import { stopRuns } from './campaigns/control/stop';
import { leaveUnknown, sendUnknownAgain } from './campaigns/control/unknown-messages';
import { handIn } from './campaigns/items/hand-in';
import { announced, finishRuns } from './campaigns/finish';
import { datesSelected, dueDates, enterDates } from './campaigns/live/by-dates';
import { checkLiveRelease } from './campaigns/live/check-release';
import { enterLive } from './campaigns/live/enter';
import { endPublication } from './campaigns/live/publication';
import { readLive } from './campaigns/live/read';
import { publishCampaign } from './campaigns/publish';
import { segmentsOfRuns } from './campaigns/segments-of-runs';
import { claimMessages } from './delivery/claim';
import { holdMessages } from './delivery/hold-message';
import { markSending, unmarkSending } from './delivery/mark-sending';
import { messagesOfRelease } from './delivery/messages-of-release';
import { applyEarlyReceipts } from './delivery/receipts/early';
import { receiveReceipts } from './delivery/receipts/receive';
import { useSignatures } from './delivery/receipts/signatures';
import { optOutByLink } from './delivery/unsubscribe/unsubscribe';
import { forgetOld } from './forget-old';
import { recoverMessages } from './delivery/recover';
import { renewClaims } from './delivery/renew-claims';
import { settleMessages } from './delivery/settle';
import { bringForward } from './gates/awaited';
import { takePlaces } from './gates/throttle';
import { registerGoal, withdrawGoal } from './goals/goal';
import { claimRelease } from './holds/claim';
import { lookUpArrivals, recordDecisions } from './holds/gate';
import { registerNode } from './holds/nodes';
import { openRelease } from './holds/release';
import { renewLeases } from './holds/renew';
import { settleRelease } from './holds/settle';
import { recentEvents } from './people/activity';
import { erasePerson } from './people/erase';
import { eventsById } from './people/events-by-id';
import { forgetDevices } from './people/forget-devices';
import { ingest } from './people/ingest';
import { addToList, clearList, removeFromList } from './people/lists/change';
import { createList, renameList } from './people/lists/create';
import { getPerson, profilesOf } from './people/person';
import { eventNames, eventPropertyNames, propertyNames } from './people/pick-lists';
import { deleteList, deleteSegment } from './segments/saved/remove';
import { readSettings } from './settings/read';
import { saveSettings } from './settings/save';
import { renameSegment, saveSegment } from './segments/saved/save';
import { endUses, recordRunUse } from './segments/saved/uses';

/** Everything a store can do. Each is one transaction; the same functions serve both stores. */
export const operations = {
	// People and what they do
	ingest,
	getPerson,
	profilesOf,
	recentEvents,
	eventsById,
	erasePerson,
	forgetDevices,
	eventNames,
	propertyNames,
	eventPropertyNames,
	// Saved segments and custom lists
	saveSegment,
	renameSegment,
	deleteSegment,
	createList,
	renameList,
	addToList,
	removeFromList,
	clearList,
	deleteList,
	endUses,
	recordRunUse,
	// Campaigns and their runs
	publishCampaign,
	pauseCampaign,
	pauseForRun,
	resumeWorkflow,
	pauseByOperator,
	resumeCampaign,
	stopRuns,
	endStopped,
	endRemoved,
	startNewRun,
	leaveUnknown,
	sendUnknownAgain,
	handIn,
	dueRuns,
	startRun,
	zoneRuns,
	planZones,
	startZones,
	segmentsOfRuns,
	finishRuns,
	announced,
	enterForeign,
	// Live campaigns
	endPublication,
	readLive,
	enterLive,
	dueDates,
	enterDates,
	datesSelected,
	checkLiveRelease,
	// Goals
	registerGoal,
	withdrawGoal,
	// Entries waiting at nodes
	registerNode,
	claimRelease,
	openRelease,
	renewLeases,
	settleRelease,
	lookUpArrivals,
	recordDecisions,
	takePlaces,
	bringForward,
	// Messages: claim, send, settle
	claimMessages,
	renewClaims,
	markSending,
	unmarkSending,
	settleMessages,
	holdMessages,
	messagesOfRelease,
	recoverMessages,
	receiveReceipts,
	applyEarlyReceipts,
	useSignatures,
	optOutByLink,
	// Whatever may be kept for a time only
	forgetOld,
	// Audiences in ad networks
	takeAudience,
	keepAudience,
	leaveAudience,
	changeAudience,
	noteReplacement,
	endReplacement,
	// What the account has set
	saveSettings,
	readSettings,
	// Columns that answer questions
	claimUpkeep,
	applyUpkeep,
};

export type Operations = typeof operations;
