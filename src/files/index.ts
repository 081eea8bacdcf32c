export { type CheckedText, type CheckOptions, checkText } from './check-text.ts';
export { decodeBytes } from './decode-bytes.ts';
export { explainError, type FoundFile, findFiles } from './find-files.ts';
export { findObjects, readDocuments } from './read-documents.ts';
export { applyEdits, type TextEdit } from './text-edit.ts';
export { renderUnifiedDiff } from './unified-diff.ts';
export { replaceFile, type Written } from './write-file.ts';
