package dev.brink.cache;

import org.jspecify.annotations.Nullable;

/**
 * Why there is no response.
 *
 * @param status what a client may be told: a status of HTTP
 * @param detail for people
 * @param cause whatever the upstream wants to tell the listener of the client's request
 */
public record FetchFailure(int status, String detail, @Nullable Object cause) {}
