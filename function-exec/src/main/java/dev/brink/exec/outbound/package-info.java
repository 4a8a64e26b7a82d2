/**
 * Where functions' own requests may go: decided on addresses, after names are looked up. Whoever
 * carries the requests out asks here, for each request and each redirect.
 */
@NullMarked
package dev.brink.exec.outbound;

import org.jspecify.annotations.NullMarked;
