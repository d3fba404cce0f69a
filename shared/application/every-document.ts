import type { Context } from '#application/context';
import type { ReadModelDocument, ReadModelName, ReadModelQuery } from '#ports/read-model';

/** How many documents are read at a time. */
const PAGE = 200;

/** Reads all documents of a read model, or all that a filter finds, page by page in the model's order. */
export async function* everyDocument(context: Context, model: ReadModelName, filter?: ReadModelQuery['filter']): AsyncGenerator<ReadModelDocument> {
  let after: string | undefined;
  do {
    const page = await context.ports.readModels.list(context.tenant, model, { limit: PAGE, ...(filter === undefined ? {} : { filter }), ...(after === undefined ? {} : { after }) });
    yield* page;
    after = page.length < PAGE ? undefined : page.at(-1)?.key;
  } while (after !== undefined);
}
