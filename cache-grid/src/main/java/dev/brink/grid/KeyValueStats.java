package dev.brink.grid;

/**
 * What key-value calls did on this node since it started.
 *
 * @param reads values asked for
 * @param localReads those answered from this process's memory
 * @param writes puts, deletes, increments and atomic writes begun
 * @param lists pages listed
 * @param failures calls that failed or were refused
 * @param pending calls on their way now
 * @param usedBytes of the memory for namespaces in memory, on this node
 * @param indexBytes of the heap that indexes of keys take on this node, about
 */
public record KeyValueStats(
    long reads,
    long localReads,
    long writes,
    long lists,
    long failures,
    long pending,
    long usedBytes,
    long indexBytes) {
  /** Calls and indexes of both; the memory of this one. */
  KeyValueStats plus(KeyValueStats durable) {
    return new KeyValueStats(
        reads + durable.reads,
        localReads + durable.localReads,
        writes + durable.writes,
        lists + durable.lists,
        failures + durable.failures,
        pending + durable.pending,
        usedBytes,
        indexBytes + durable.indexBytes);
  }
}
