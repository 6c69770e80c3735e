using System.Net;
using System.Net.Sockets;

namespace Jangteo.Platform.Machine;

/// <summary>Ports on loopback for what this program starts.</summary>
public static class Ports
{
    // Below the range from which the system takes ports for connections that go out: one of those could take a port while its server starts again.
    private const int Lowest = 10_240;
    private const int Highest = 32_767;

    private static readonly HashSet<int> Given = [];

    /// <summary>A port on which nobody listens, and that was not given to anybody else by this program.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(Lowest, Highest + 1);
            lock (Given)
            {
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }
    }

    /// <summary>True when no program listens there.</summary>
    public static bool IsFree(int port) => WhyNot(IPAddress.Loopback, port) is null;

    /// <summary>Why a program cannot listen at a port of an address; null when it can.</summary>
    /// <param name="port">0 is any free one.</param>
    public static SocketError? WhyNot(IPAddress address, int port)
    {
        try
        {
            using var probe = new TcpListener(address, port);
            probe.Start();
            return null;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode;
        }
    }

    /// <summary>True when somebody listens there.</summary>
    public static async Task<bool> Answers(int port, CancellationToken ct)
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
