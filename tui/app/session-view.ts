export * from '../client/session-view.ts';
