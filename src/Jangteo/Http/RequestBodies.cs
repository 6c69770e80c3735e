using System.Buffers;
using System.Runtime.InteropServices;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Jangteo.Http;

/// <summary>
/// Reads the body of a request whole, before the request takes a place among those that are answered: a client that sends its body slowly
/// then takes nothing but the memory of that body. Of that memory each person and each address has a share, and all bodies together have an
/// end.
/// </summary>
internal sealed class RequestBodies(LimitSettings settings)
{
    /// <summary>
    /// A body that does not say its length is read into so many bytes at first, and into twice as many when it does not fit.
    /// </summary>
    private const int FirstPiece = 4096;

    private const int AnonymousShare = 2;
    private const int PersonShare = 4;
    private const int AddressShare = 16;

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(1);

    private readonly Lock guard = new();
    private readonly Dictionary<Asker, long> usedBy = [];
    private long used;
    private long usedByStrangers;

    /// <summary>Bytes that are taken now.</summary>
    public long Used
    {
        get
        {
            lock (guard)
            {
                return used;
            }
        }
    }

    /// <summary>Puts the whole body in place of the one that is still to come.</summary>
    /// <returns>The memory that it takes, to be disposed when the request has been answered; null when there is no body.</returns>
    /// <exception cref="RefusedException">It does not arrive in time, or there is no memory for it.</exception>
    /// <exception cref="BadHttpRequestException">The client sends it too slowly, sends too much, or goes away.</exception>
    public async ValueTask<IDisposable?> Read(HttpContext http, Asker asker)
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false || http.Request.ContentLength == 0)
        {
            return null;
        }

        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        inTime.CancelAfter(settings.BodyWithin);
        var body = new Memory(this, asker);
        try
        {
            await body.Fill(http.Request, inTime.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            body.Dispose();
            http.Response.Headers.Connection = "close";
            throw new RefusedException(new Refusal(Refusals.Malformed, Detail.BodyNotWithin(settings.BodyWithin.TotalSeconds)));
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            // Kestrel says so of a length of a chunk that no number can hold.
            body.Dispose();
            throw new BadHttpRequestException("The body is not framed as HTTP/1.1 frames it.", broken);
        }
        catch
        {
            body.Dispose();
            throw;
        }

        http.Request.Body = body.ToStream();
        return body;
    }

    private void Reserve(Asker asker, int bytes)
    {
        lock (guard)
        {
            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(usedBy, asker, out _);
            var isOverShare = own + bytes > settings.BodyMemory / (asker.IsSignedIn ? PersonShare : AddressShare);
            if (isOverShare || used + bytes > settings.BodyMemory || (!asker.IsSignedIn && usedByStrangers + bytes > settings.BodyMemory / AnonymousShare))
            {
                Forget(asker, own);
                throw new RefusedException(new Refusal(isOverShare ? Refusals.TooManyRequests : Refusals.Busy, RetryAfter: BusyFor));
            }

            own += bytes;
            used += bytes;
            usedByStrangers += asker.IsSignedIn ? 0 : bytes;
        }
    }

    private void Release(Asker asker, int bytes)
    {
        lock (guard)
        {
            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(usedBy, asker, out _);
            own -= bytes;
            used -= bytes;
            usedByStrangers -= asker.IsSignedIn ? 0 : bytes;
            Forget(asker, own);
        }
    }

    private void Forget(Asker asker, long left)
    {
        if (left == 0)
        {
            usedBy.Remove(asker);
        }
    }

    /// <summary>The memory of one body.</summary>
    private sealed class Memory(RequestBodies bodies, Asker asker) : IDisposable
    {
        private byte[] bytes = [];
        private int reserved;
        private int length;

        public async Task Fill(HttpRequest request, CancellationToken ct)
        {
            // Kestrel has refused by now what says that it is longer than the route takes, and ends a longer one that does not say it.
            Grow((int)Math.Min(request.ContentLength ?? FirstPiece, int.MaxValue / 2));
            while (await request.Body.ReadAsync(bytes.AsMemory(length), ct) is var read and > 0)
            {
                length += read;
                if (length == request.ContentLength)
                {
                    return;
                }

                if (length == bytes.Length)
                {
                    Grow(bytes.Length * 2);
                }
            }
        }

        public MemoryStream ToStream() => new(bytes, 0, length, writable: false);

        public void Dispose()
        {
            Return();
            bodies.Release(asker, reserved);
            reserved = 0;
        }

        private void Grow(int size)
        {
            bodies.Reserve(asker, size - reserved);
            reserved = size;
            var larger = ArrayPool<byte>.Shared.Rent(size);
            bytes.AsSpan(0, length).CopyTo(larger);
            Return();
            bytes = larger;
        }

        // Passwords were in it, perhaps; the next request that has this memory must not find them.
        private void Return()
        {
            if (bytes.Length > 0)
            {
                bytes.AsSpan(0, length).Clear();
                ArrayPool<byte>.Shared.Return(bytes);
                bytes = [];
            }
        }
    }
}
