package dev.brink.exec;

/**
 * What the WebSockets of a runtime do, since it started.
 *
 * @param open sockets that are open now
 * @param opened sockets that were opened
 * @param failed of these, the ones that ended otherwise than by a close of both ends
 * @param refused sockets that were not opened, because there were too many in all
 * @param refusedToOwners the same, because there were too many of one owner
 * @param received messages received
 * @param sent messages sent
 */
public record WebSocketCounts(
    int open,
    long opened,
    long failed,
    long refused,
    long refusedToOwners,
    long received,
    long sent) {}
