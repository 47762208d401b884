// Compiled into the native modules on Node 24.19 and later 24.x only (setup.mjs).
//
// Those versions' node_object_wrap.h registers a cleanup hook for each wrapped object and removes it when the object is
// collected. The removal aborts the process when the collection runs outside a V8 context, which it does as a rule:
// https://github.com/nodejs/node/issues/65446. Without the hook, objects are wrapped as in every version before.
#include <node.h>
#define AddEnvironmentCleanupHook(...) ((void)0)
#define RemoveEnvironmentCleanupHook(...) ((void)0)
#include <node_object_wrap.h>
#undef AddEnvironmentCleanupHook
#undef RemoveEnvironmentCleanupHook
