package dev.brink.grid;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A member as Ignite shows it.
 *
 * @param session the id of its Ignite node, another one after each restart
 * @param discovery where its discovery and its beacon listen
 * @param durable where the discovery of its durable store listens; null when it has none
 * @param order Ignite's join order: the lowest is the oldest of the present ones
 */
record Peer(
    UUID session, Member member, HostPort discovery, @Nullable HostPort durable, long order) {}
