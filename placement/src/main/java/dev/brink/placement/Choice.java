package dev.brink.placement;

/**
 * Where a request goes: the short form of a {@link Decision}.
 *
 * @param node the chosen node's id
 * @param reason why this one
 * @param local whether it is the ingress's own node
 * @param warm whether an instance is expected to be ready there
 */
public record Choice(String node, Reason reason, boolean local, boolean warm) {}
