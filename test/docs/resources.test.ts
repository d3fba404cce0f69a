import { describe, expect, it } from 'vitest';

import { describe as called, loadDocuments } from '#cli/documents/load-documents';

import { readProjectFile } from '../architecture/project.ts';

/** The blocks of a page that are whole documents. */
function documentsOf(page: string): readonly string[] {
  return [...readProjectFile(page).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text).filter((text) => text.includes('apiVersion:'));
}

describe('the resources that the pages show', () => {
  it.each([
    ['docs/resources.md', ['Target machine-1', 'Application crm', 'Environment production', 'Release crm/1.4']],
    ['docs/strategies.md', ['AnalysisTemplate errors']],
  ])('can be applied as they stand: %s', (page, expected) => {
    const loaded = loadDocuments(documentsOf(page).map((text, index) => ({ name: `${page}, document ${index + 1}`, text })));
    expect(loaded.map((one) => called(one.resource))).toEqual(expected);
  });
});
