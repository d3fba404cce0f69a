/**
 * The client library of Sluice, `sluice/client`: a typed method for every operation of the HTTP API, lists as async iterators, and
 * subscriptions that lose nothing and repeat nothing.
 *
 * ```js
 * import { createClient, waitForDeployment } from 'sluice/client';
 *
 * const client = createClient({ url: 'http://127.0.0.1:7700', key: process.env.SLUICE_KEY });
 * const { id } = await client.requestDeployment({ body: { application: 'shop', release: '1.4.2', environment: 'production' } });
 * const ended = await waitForDeployment(client, id);
 * console.log(ended.state, ended.reason);
 * ```
 */
export { createClient } from '#client/client';
export type { Answer, CallArguments, OperationMethods, SluiceClient, Subscribe } from '#client/client';
export type { ListItem, ListOperation, PageOptions } from '#client/pages';
export type { CallOptions, CallRequest } from '#client/request';
export type { ClientOptions, ClientRuntime } from '#client/settings';
export { SluiceError, clientErrors } from '#client/sluice-error';
export type { ClientErrorCode } from '#client/sluice-error';
export type { SubscribeOptions } from '#client/stream';
export type { EventTopic, StreamEvent, Subscription, WorkNotice, WorkTopic } from '#client/subscription';
export { followDeployment, isFinal, waitForDeployment } from '#client/wait';
export type { FollowOptions } from '#client/wait';
export type { ErrorCode, FieldError, Problem } from '#contracts/errors';
export type { Operation, OperationOutput, OperationRequest } from '#contracts/http/routes';
export type { Topic } from '#contracts/stream';
export type { DeploymentStateName, DeploymentSummary, DeploymentView, PlanView, TargetStatus, ValidationView } from '#contracts/views';
