import { describe, expectTypeOf, it } from 'vitest';

import type { ListItem, ListOperation, SluiceClient, StreamEvent, Subscription, WorkNotice } from '#client/index';
import type { Operation } from '#contracts/http/routes';
import type { DeploymentSummary, DeploymentView } from '#contracts/views';

describe('the types of the client', () => {
  it('have a method for every operation', () => {
    expectTypeOf<Operation>().toExtend<keyof SluiceClient>();
  });

  it('demand what a request needs and let the rest be left out', () => {
    expectTypeOf<SluiceClient['listDeployments']>().toBeCallableWith();
    expectTypeOf<SluiceClient['listDeployments']>().toBeCallableWith({ query: { environment: 'production' } });
    expectTypeOf<SluiceClient['getDeployment']>().toBeCallableWith({ params: { id: 'dep-1' } });
    expectTypeOf<Parameters<SluiceClient['getDeployment']>[0]>().not.toExtend<undefined>();
    expectTypeOf<Parameters<SluiceClient['requestDeployment']>[0]>().toHaveProperty('body');
    expectTypeOf<Parameters<SluiceClient['requestDeployment']>[0]['body']>().not.toExtend<undefined>();
    expectTypeOf<Parameters<SluiceClient['pauseDeployment']>[0]>().toHaveProperty('params');
  });

  it('give each answer its type', () => {
    expectTypeOf<Awaited<ReturnType<SluiceClient['getDeployment']>>>().toEqualTypeOf<DeploymentView>();
    expectTypeOf<ListItem<'listDeployments'>>().toEqualTypeOf<DeploymentSummary>();
    expectTypeOf<'getDeployment'>().not.toExtend<ListOperation>();
    expectTypeOf<'readCommands'>().not.toExtend<ListOperation>();
  });

  it('tell events from notices of work by the topic', () => {
    expectTypeOf((client: SluiceClient) => client.subscribe({ kind: 'work', target: 'a' })).returns.toEqualTypeOf<Subscription<WorkNotice>>();
    expectTypeOf((client: SluiceClient) => client.subscribe({ kind: 'tenant' })).returns.toEqualTypeOf<Subscription<StreamEvent>>();
  });
});
