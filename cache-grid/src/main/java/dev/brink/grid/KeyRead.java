package dev.brink.grid;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A read that has begun.
 *
 * @param local whether a copy in this process answers it, so that no member is asked
 * @param entry the value; empty when there is none
 */
public record KeyRead(boolean local, CompletionStage<Optional<KeyValueEntry>> entry) {}
