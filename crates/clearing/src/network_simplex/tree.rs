//! A rooted spanning tree that changes by one arc at a time: nodes in preorder as a linked list, so that a subtree is a
//! run of it (Ahuja, Magnanti, Orlin, *Network Flows*, 1993, section 11.3).

/// No node.
const NONE: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub(super) struct Tree {
    root: u32,
    parents: Vec<u32>,
    /// The arc between a node and its parent.
    arcs: Vec<u32>,
    /// Preorder: the next node, around to the root again.
    next: Vec<u32>,
    previous: Vec<u32>,
    /// Nodes in the subtree of each node, itself included.
    sizes: Vec<u32>,
    /// The last node of each subtree in preorder.
    lasts: Vec<u32>,
    marks: Vec<u32>,
    mark: u32,
    /// Scratch of an exchange: the path that turns over, with the size and end of its subtrees before.
    turning: Vec<(u32, u32, u32, u32)>,
}

impl Tree {
    /// Every node of `0..nodes` hangs on the root `nodes`, node `v` by arc `first_arc + v`.
    pub(super) fn star(nodes: usize, first_arc: usize) -> Tree {
        let root = index(nodes);
        let ends: Vec<_> = (0..root).map(|node| (node, root, index(first_arc) + node)).collect();
        Tree::of_top_down(nodes + 1, root, &ends)
    }

    /// From (node, parent, arc) of each node but the root, parents before their children.
    pub(super) fn of_top_down(nodes: usize, root: u32, ends: &[(u32, u32, u32)]) -> Tree {
        let mut tree = Tree {
            root,
            parents: vec![NONE; nodes],
            arcs: vec![NONE; nodes],
            next: vec![NONE; nodes],
            previous: vec![NONE; nodes],
            sizes: vec![1; nodes],
            lasts: (0..index(nodes)).collect(),
            marks: vec![0; nodes],
            mark: 0,
            turning: Vec::new(),
        };
        tree.next[at(root)] = root;
        tree.previous[at(root)] = root;
        assert_eq!(ends.len() + 1, nodes, "every node but the root hangs on another");
        // Each node comes right after its parent, so that every subtree is a run.
        for &(node, parent, arc) in ends {
            tree.parents[at(node)] = parent;
            tree.arcs[at(node)] = arc;
            let after = tree.next[at(parent)];
            assert!(after != NONE, "parents come before their children");
            tree.join(parent, node);
            tree.join(node, after);
        }
        for &(node, parent, _) in ends.iter().rev() {
            tree.sizes[at(parent)] += tree.sizes[at(node)];
        }
        tree.recompute_lasts();
        tree
    }

    fn recompute_lasts(&mut self) {
        // In preorder backwards, the end of a subtree is itself or the end of the child seen first.
        self.lasts.fill(NONE);
        let mut node = self.previous[at(self.root)];
        loop {
            if self.lasts[at(node)] == NONE {
                self.lasts[at(node)] = node;
            }
            if node == self.root {
                break;
            }
            let parent = self.parents[at(node)];
            if self.lasts[at(parent)] == NONE {
                self.lasts[at(parent)] = self.lasts[at(node)];
            }
            node = self.previous[at(node)];
        }
    }

    fn join(&mut self, before: u32, after: u32) {
        self.next[at(before)] = after;
        self.previous[at(after)] = before;
    }

    pub(super) fn root(&self) -> u32 {
        self.root
    }

    pub(super) fn parent(&self, node: u32) -> u32 {
        self.parents[at(node)]
    }

    /// The arc between a node and its parent.
    pub(super) fn arc(&self, node: u32) -> u32 {
        self.arcs[at(node)]
    }

    /// Where the paths of two nodes to the root meet.
    pub(super) fn apex(&self, mut one: u32, mut other: u32) -> u32 {
        while one != other {
            if self.sizes[at(one)] < self.sizes[at(other)] {
                one = self.parents[at(one)];
            } else {
                other = self.parents[at(other)];
            }
        }
        one
    }

    /// Every node but the root with the arc to its parent, parents first.
    pub(super) fn top_down(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let step = |node: u32| Some(self.next[at(node)]).filter(|&next| next != self.root);
        std::iter::successors(step(self.root), move |&node| step(node)).map(|node| (node, self.arcs[at(node)]))
    }

    /// The same, children first.
    pub(super) fn bottom_up(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let step = |node: u32| Some(self.previous[at(node)]).filter(|&next| next != self.root);
        std::iter::successors(step(self.root), move |&node| step(node)).map(|node| (node, self.arcs[at(node)]))
    }

    /// A node and all below it.
    pub(super) fn subtree(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let last = self.lasts[at(node)];
        let step = move |&node: &u32| if node == last { None } else { Some(self.next[at(node)]) };
        std::iter::successors(Some(node), step)
    }

    /// Marks a node and all below it; earlier marks are gone.
    pub(super) fn mark_subtree(&mut self, node: u32) {
        if self.mark == u32::MAX {
            self.marks.fill(0);
            self.mark = 0;
        }
        self.mark += 1;
        let last = self.lasts[at(node)];
        let mut node = node;
        loop {
            self.marks[at(node)] = self.mark;
            if node == last {
                break;
            }
            node = self.next[at(node)];
        }
    }

    pub(super) fn is_marked(&self, node: u32) -> bool {
        self.marks[at(node)] == self.mark
    }

    /// Cuts the arc above `out` and hangs what was below it on `outer` by `arc`, whose other end is `inner`.
    pub(super) fn exchange(&mut self, out: u32, inner: u32, outer: u32, arc: u32) {
        let size = self.sizes[at(out)];
        self.cut(out, size);
        let last = self.turn(out, inner);
        self.parents[at(inner)] = outer;
        self.arcs[at(inner)] = arc;
        self.hang(inner, outer, last, size);
    }

    /// Takes the run of a subtree out of the list and out of its ancestors' sizes and ends.
    fn cut(&mut self, out: u32, size: u32) {
        let last = self.lasts[at(out)];
        let (before, after) = (self.previous[at(out)], self.next[at(last)]);
        self.join(before, after);
        let mut node = self.parents[at(out)];
        while node != NONE {
            self.sizes[at(node)] -= size;
            if self.lasts[at(node)] == last {
                self.lasts[at(node)] = before;
            }
            node = self.parents[at(node)];
        }
    }

    /// Makes `inner` the root of the subtree of `out`, which is out of the list; gives the end of its new run.
    ///
    /// The path from `inner` up to `out` turns over. Each node of it keeps what hung on it beside the path: the run before
    /// the piece that turned already, and the run after it.
    fn turn(&mut self, out: u32, inner: u32) -> u32 {
        let size = self.sizes[at(out)];
        self.turning.clear();
        let mut node = inner;
        loop {
            self.turning.push((node, self.arcs[at(node)], self.sizes[at(node)], self.lasts[at(node)]));
            if node == out {
                break;
            }
            node = self.parents[at(node)];
        }
        let mut end = self.lasts[at(inner)];
        let (mut before, mut after) = (self.previous[at(inner)], self.next[at(end)]);
        self.sizes[at(inner)] = size;
        for step in 1..self.turning.len() {
            let (child, arc, child_size, child_last) = self.turning[step - 1];
            let (node, _, _, node_last) = self.turning[step];
            let old_before = self.previous[at(node)];
            let old_after = if node_last == child_last { after } else { self.next[at(node_last)] };
            // The child's old run lay within the node's: what was before it stays in front, what was after it comes next.
            self.join(end, node);
            end = before;
            if node_last != child_last {
                self.join(end, after);
                end = node_last;
            }
            self.parents[at(node)] = child;
            self.arcs[at(node)] = arc;
            self.sizes[at(node)] = size - child_size;
            (before, after) = (old_before, old_after);
        }
        for step in 0..self.turning.len() {
            let node = self.turning[step].0;
            self.lasts[at(node)] = end;
        }
        end
    }

    /// Puts the run of `inner` right after `outer`.
    fn hang(&mut self, inner: u32, outer: u32, last: u32, size: u32) {
        let after = self.next[at(outer)];
        self.join(outer, inner);
        self.join(last, after);
        let mut node = outer;
        while node != NONE {
            self.sizes[at(node)] += size;
            if self.lasts[at(node)] == outer {
                self.lasts[at(node)] = last;
            }
            node = self.parents[at(node)];
        }
    }
}

fn at(node: u32) -> usize {
    node as usize
}

fn index(number: usize) -> u32 {
    u32::try_from(number).expect("nodes and arcs are numbered in 32 bits")
}
