package dev.brink.mesh.usage;

/** What usage is summed by. */
record UsageKey(String tenant, String name, String version, long hourMillis) {}
