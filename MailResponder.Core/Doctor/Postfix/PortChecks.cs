namespace MailResponder.Doctor;

/// <summary>Port 25 as strangers find it: a program listens, and no packet filter of this host drops them.</summary>
internal static class PortChecks
{
    public static Check Look(Host host)
    {
        var (check, sockets) = (new Check("smtp-port"), host.Listening(25));
        if (sockets.Count == 0)
            return check.Fault("nothing listens on port 25: no request comes in",
                "see that master.cf has its smtp inet line" + PostfixSettings.Reload);
        if (sockets.TrueForAll(address => address is "0100007F" or "00000000000000000000000001000000"))
            return check.Fault("port 25 is open to this host alone",
                "run: postconf -e inet_interfaces=all && systemctl restart postfix");
        if (!host.IsRoot)
            return check.OnlyRoot(
                "somebody listens on port 25; only root can see whether a packet filter stands before it");
        var (verdict, filter) = PacketFilter.OfPort(host, 25);
        return verdict switch
        {
            PacketVerdict.Dropped => check.Fault($"{filter} keeps port 25 closed: no request comes in",
                "let TCP port 25 in, before what drops it: nft list ruleset (or: iptables -S INPUT)"),
            PacketVerdict.Unknown => check.Warning(
                $"somebody listens on port 25; whether {filter} lets strangers in cannot be seen",
                "look at it: nft list ruleset (or: iptables -S INPUT); then mail a request from outside"),
            _ => check.Ok("port 25 is open, and "
                + (filter.Length > 0 ? filter + " lets it in" : "this host has no packet filter")),
        };
    }
}
